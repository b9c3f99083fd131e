"""Speed, memory and accuracy, printed as tables; the engine is measured without Home Assistant."""

from tests.without_home_assistant import install_bare_package

install_bare_package()
