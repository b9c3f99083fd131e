"""Tests of the engine, which run without Home Assistant."""
