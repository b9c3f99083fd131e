"""Services: one file each, speaking its protocol and returning model values."""
