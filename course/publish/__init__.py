"""From lesson sources to executed notebooks and offline decks. Nothing in the course imports this."""
