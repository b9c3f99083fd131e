"""The library file's tables, as a list of migrations: what has shipped is never edited, only added to."""

MIGRATIONS: tuple[str, ...] = (
    """
    -- Tracks as their service describes them, whoever refers to them.
    CREATE TABLE tracks (
        account TEXT NOT NULL, id TEXT NOT NULL,
        title TEXT NOT NULL, artists TEXT NOT NULL, album TEXT, duration REAL, isrc TEXT, mbid TEXT, version TEXT,
        explicit INTEGER, playable INTEGER,
        PRIMARY KEY (account, id)
    ) WITHOUT ROWID;

    -- What each account likes; a higher rank is a newer like.
    CREATE TABLE favorites (
        account TEXT NOT NULL, track TEXT NOT NULL, liked_at INTEGER NOT NULL, rank INTEGER NOT NULL, unsyncable TEXT,
        PRIMARY KEY (account, track)
    ) WITHOUT ROWID;

    CREATE INDEX favorites_by_rank ON favorites (account, rank);

    -- How current the mirror of an account's content is. The version grows with every change that was seen.
    CREATE TABLE mirrors (
        account TEXT NOT NULL, content TEXT NOT NULL,
        version INTEGER NOT NULL, total INTEGER NOT NULL, rejected INTEGER NOT NULL, complete INTEGER NOT NULL,
        marker TEXT, settled INTEGER NOT NULL, checked_at REAL NOT NULL, full_at REAL NOT NULL,
        PRIMARY KEY (account, content)
    ) WITHOUT ROWID;

    -- What the matcher decided about a source's track on a target; retry_at is null once it is settled.
    CREATE TABLE matches (
        source TEXT NOT NULL, source_track TEXT NOT NULL, target TEXT NOT NULL,
        outcome TEXT NOT NULL, reason TEXT NOT NULL, score REAL, target_track TEXT, candidate TEXT,
        tries INTEGER NOT NULL, tried_at REAL NOT NULL, retry_at REAL,
        PRIMARY KEY (source, target, source_track)
    ) WITHOUT ROWID;

    CREATE INDEX matches_to_retry ON matches (source, target, retry_at) WHERE retry_at IS NOT NULL;

    -- What a person decided; a null target track means that it does not exist there.
    CREATE TABLE pins (
        source TEXT NOT NULL, source_track TEXT NOT NULL, target TEXT NOT NULL, target_track TEXT,
        pinned_at REAL NOT NULL,
        PRIMARY KEY (source, target, source_track)
    ) WITHOUT ROWID;

    -- Everything Music Sync ever wrote to a target.
    CREATE TABLE ledger (
        target TEXT NOT NULL, content TEXT NOT NULL, track TEXT NOT NULL,
        source TEXT NOT NULL, source_track TEXT NOT NULL, run TEXT NOT NULL, written_at REAL NOT NULL,
        PRIMARY KEY (target, content, track)
    ) WITHOUT ROWID;

    -- The journal: an operation is stored before it is sent. State: planned, sent, done, failed.
    CREATE TABLE operations (
        run TEXT NOT NULL, position INTEGER NOT NULL, action TEXT NOT NULL, track TEXT NOT NULL,
        source_track TEXT NOT NULL, claims INTEGER NOT NULL, state TEXT NOT NULL, sent_at REAL,
        PRIMARY KEY (run, position)
    ) WITHOUT ROWID;

    CREATE TABLE runs (
        id TEXT PRIMARY KEY, sync TEXT, source TEXT NOT NULL, target TEXT NOT NULL, content TEXT NOT NULL,
        request TEXT NOT NULL, status TEXT NOT NULL, source_version INTEGER, queued_at REAL NOT NULL,
        report TEXT NOT NULL
    ) WITHOUT ROWID;
    CREATE INDEX runs_of_target ON runs (target, id);

    CREATE TABLE items (
        run TEXT NOT NULL, position INTEGER NOT NULL, outcome TEXT NOT NULL, reason TEXT NOT NULL, score REAL,
        source_track TEXT NOT NULL, target_track TEXT, candidate TEXT,
        PRIMARY KEY (run, position)
    ) WITHOUT ROWID;

    CREATE TABLE gates (
        account TEXT PRIMARY KEY, blocked_until REAL NOT NULL, day INTEGER NOT NULL, used INTEGER NOT NULL,
        hits INTEGER NOT NULL
    ) WITHOUT ROWID;

    CREATE TABLE syncs (id TEXT PRIMARY KEY, enabled INTEGER NOT NULL) WITHOUT ROWID;
    """,
)
