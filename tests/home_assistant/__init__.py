"""Music Sync in a real Home Assistant, against the stand-ins on real sockets."""
