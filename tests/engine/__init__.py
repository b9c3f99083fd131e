"""Tests of the engine: importing them puts a bare package where the integration is, so that they run without it."""

from tests.without_home_assistant import install_bare_package

install_bare_package()
