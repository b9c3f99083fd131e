"""A real Home Assistant with Music Sync, connected to the stand-ins: what scripts/demo runs."""
