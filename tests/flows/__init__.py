"""Tests of the flows in the UI, in a real Home Assistant."""
