/// How to get from weights of another framework to a file that is read: commands that write
/// `weights.npz` from FILE. They were tried with the frameworks; what they read is not executed, except
/// that Keras builds the layers of a `.keras` file.
enum ForeignAdvice {
  /// HDF5 files, by h5py: names are the paths in the file.
  static let hdf5 =
    python(
      "import h5py, numpy; a = {}; h5py.File('FILE').visititems(lambda n, d: a.update({n: d[()]}) "
        + "if isinstance(d, h5py.Dataset) else None); numpy.savez('weights.npz', **a)")

  /// Keras 3 files: in them, layers have numbers only.
  static let keras =
    python(
      "import keras, numpy; m = keras.saving.load_model('FILE', compile=False); "
        + "numpy.savez('weights.npz', **{w.path: w.numpy() for w in m.weights})")

  /// The data of a TensorFlow checkpoint whose index is elsewhere.
  static func index(_ name: String) -> String {
    "its index, '\(name)', is not beside it: fetch that too, and all data files, into one folder"
  }

  /// A SavedModel: its variables are a checkpoint.
  static let savedModel =
    "its weights are a checkpoint in the folder beside it: give variables/variables.index"

  /// A SavedModel in a zip archive.
  static let packedModel = "unpack it and give variables/variables.index"

  /// A graph with its variables made constants.
  static let graph =
    "if it is a frozen one, "
    + python(
      "import numpy, tensorflow as tf; "
        + "g = tf.compat.v1.GraphDef.FromString(open('FILE', 'rb').read()); "
        + "numpy.savez('weights.npz', **{n.name: tf.make_ndarray(n.attr['value'].tensor) "
        + "for n in g.node if n.op == 'Const'})")

  /// The graph beside a checkpoint.
  static let metaGraph = "it has no weights; give the .index file beside it"

  /// TensorFlow Lite.
  static let lite = "take the checkpoint or model that it was converted from"

  /// TensorFlow.js, all of whose numbers are float32.
  static let script =
    "in its folder, if its weights are float32, "
    + python(
      "import json, numpy as n; n.savez('weights.npz', **{w['name']: v.reshape(w['shape']) "
        + "for g in json.load(open('FILE'))['weightsManifest'] for w, v in zip(g['weights'], "
        + "n.split(n.frombuffer(b''.join(open(p, 'rb').read() for p in g['paths']), 'f4'), "
        + "n.cumsum([n.prod(w['shape'], dtype=int) for w in g['weights']])))})")

  /// Flax.
  static let flax =
    python(
      "import flax.serialization as s, flax.traverse_util as t, numpy; numpy.savez('weights.npz', "
        + "**t.flatten_dict(s.msgpack_restore(open('FILE', 'rb').read()), sep='.'))")

  /// Caffe, by OpenCV 4 (opencv-python-headless<5), which has no need of Caffe itself.
  static let caffe =
    "with both files and OpenCV 4 (opencv-python-headless<5), "
    + python(
      "import cv2, numpy; n = cv2.dnn.readNetFromCaffe('NET.prototxt', 'FILE'); "
        + "numpy.savez('weights.npz', **{f'{k}.{i}': b for k in n.getLayerNames() "
        + "for i, b in enumerate(n.getLayer(k).blobs)})")

  /// A line of Python as a command.
  private static func python(_ line: String) -> String {
    "write weights.npz by python3 -c \"\(line)\""
  }
}
