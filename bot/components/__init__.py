"""Graph components of the understanding: tokens, heads and entities. Importing them mends Rasa as well."""

from bot import patches

patches.apply()
