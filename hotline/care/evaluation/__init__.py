"""How well the bot understands: figures over tables of labelled messages and questions."""
