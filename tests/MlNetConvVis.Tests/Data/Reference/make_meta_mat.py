"""Writes meta_tiny.mat: three synsets as in meta.mat of ImageNet's development kit, by scipy (tested with 1.10)."""
import os

import numpy
import scipy.io

synsets = numpy.zeros((3, 1), dtype=[("ILSVRC2012_ID", "O"), ("WNID", "O"), ("words", "O"), ("num_train_images", "O")])
synsets[:, 0] = [(1, "n03", "kit fox, Vulpes macrotis", 1300), (2, "n01", "English setter", 1300), (300, "n02", "a parent, no leaf", 0)]
here = os.path.dirname(os.path.abspath(__file__))
scipy.io.savemat(os.path.join(here, "meta_tiny.mat"), {"synsets": synsets}, do_compression=True)
