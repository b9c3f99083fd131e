# What `import voluptuous` gives inside today's Home Assistant: its own validation library, under the old name.

from probatio import (
    All as All,
    Any as Any,
    Coerce as Coerce,
    Exclusive as Exclusive,
    In as In,
    Inclusive as Inclusive,
    Invalid as Invalid,
    Length as Length,
    Marker as Marker,
    MultipleInvalid as MultipleInvalid,
    Optional as Optional,
    Range as Range,
    Required as Required,
    Schema as Schema,
)
