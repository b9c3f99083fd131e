"""Tests of Music Sync."""
