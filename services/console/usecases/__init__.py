"""What the console does: compose pages from several services, each with the viewer's own token."""
