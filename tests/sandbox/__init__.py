"""Tests of the stand-ins, with clients that are not ours."""
