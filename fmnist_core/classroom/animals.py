"""Animals, whose names students are given: two hundred, none that anybody would mind being called."""

MAX_SEATS = 200
_NAMES = """
    Albatross Alpaca Anchovy Anemone Anole Antelope Armadillo Avocet Axolotl Badger
    Bandicoot Barbet Barn-owl Beagle Bear Beaver Beetle Bison Blackbird Bluebird
    Bobcat Bonobo Brambling Bullfinch Bumblebee Bunting Butterfly Buzzard Camel Canary
    Capybara Caracal Cardinal Caribou Cat Chaffinch Chameleon Cheetah Chickadee Chinchilla
    Chipmunk Cicada Civet Clownfish Coati Cockatoo Collie Condor Coral Cormorant
    Cougar Crab Crane Cricket Crossbill Curlew Dalmatian Damselfly Deer Dingo
    Dolphin Dormouse Dove Dragonfly Duck Dugong Dunlin Eagle Echidna Egret
    Eider Eland Elk Emu Ermine Falcon Fennec Ferret Finch Firefly
    Flamingo Flounder Flying-fox Fox Frigatebird Frog Gannet Gazelle Gecko Gerbil
    Gibbon Giraffe Gnu Goldcrest Goldfinch Goldfish Gosling Grasshopper Grebe Greyhound
    Grouse Guillemot Gull Hamster Hare Harrier Hawk Hedgehog Heron Hoopoe
    Hornbill Horse Hummingbird Husky Ibex Ibis Iguana Impala Jackdaw Jaguar
    Jay Jellyfish Jerboa Kangaroo Kestrel Kingfisher Kite Kiwi Koala Koi
    Krill Kudu Labrador Ladybird Lapwing Lark Lemur Leopard Limpet Linnet
    Lion Lizard Llama Lobster Lynx Macaw Magpie Mallard Mandarin Manta
    Marmoset Marmot Marten Meerkat Merlin Mink Mongoose Moose Moth Mustang
    Narwhal Newt Nightingale Numbat Nuthatch Ocelot Octopus Okapi Opossum Orca
    Oriole Osprey Ostrich Otter Owl Oyster Panda Pangolin Panther Parrot
    Partridge Peacock Pelican Penguin Petrel Pheasant Pika Pipit Platypus Plover
    Pony Porpoise Puffin Puma Quail Quokka Rabbit Raccoon Raven Robin
"""
ANIMALS = tuple(_NAMES.split())


def animal(number: int) -> str:
    """Return the name of a seat.

    Args:
        number: of the seat, 0..199.

    Raises:
        ValueError: another number.
    """
    if not 0 <= number < MAX_SEATS:
        raise ValueError(f"expected a seat 0..{MAX_SEATS - 1}, received {number}")
    return ANIMALS[number].replace("-", " ")
