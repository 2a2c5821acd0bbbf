"""The nouns of the product. Imports nothing else of it."""
