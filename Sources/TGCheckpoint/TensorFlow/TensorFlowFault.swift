import TGTensor

/// What is wrong with a TensorFlow checkpoint.
package enum TensorFlowFault: Error, Hashable, Sendable {
  /// The table of keys: in what way.
  case table(String)
  /// A block, which begins at this byte, has another checksum.
  case checksum(block: Int)
  /// A block is compressed, by a method that is not read; 1 is Snappy.
  case compressed(method: UInt8)
  /// The keys are longer together than any real ones.
  case names(limit: Int)
  /// The first record is not the head of a checkpoint.
  case header
  /// The numbers are stored with the highest byte first.
  case bigEndian
  /// A reader of at least this version is needed.
  case version(UInt64)
  /// A count of data files that cannot be.
  case shards(UInt64)
  /// The record of a variable, or the head, is no message of Protocol Buffers.
  case record(String)
  /// What is wrong with a variable: the end of a sentence.
  case entry(name: String, String)
  /// So many slices belong to no variable; with a minus, one is used more than once.
  case strangeSlices(Int)
  /// The variables claim more bytes than the data files have.
  case claims(Int, of: Int)
  /// The elements of a variable have another checksum.
  case data(name: String)
  /// A data file is not there.
  case missing(String)
  /// The index has a name that no names of data files can be made of.
  case indexName
  /// The text that should say which checkpoint is the latest is malformed.
  case list
  /// The checkpoint that is said to be the latest is not there.
  case latest(String)
}

extension TensorFlowFault: CustomStringConvertible {
  /// One sentence.
  package var description: String {
    switch self {
    case .table(let how): "the TensorFlow checkpoint is damaged: \(how); fetch it again"
    case .checksum(let offset):
      "the TensorFlow checkpoint is damaged: the block at byte \(offset) has another checksum; fetch "
        + "it again"
    case .compressed(let method):
      "a block of the TensorFlow checkpoint is compressed"
        + (method == 1 ? " (Snappy)" : " (method \(method))") + ", which TensorFlow does not write "
        + "and is not read; read it in TensorFlow and save it again with tf.compat.v1.train.Saver"
    case .names(let limit):
      "its names are longer than \(limit) bytes together; no checkpoint's are"
    case .header: "this is a table of LevelDB without the head of a TensorFlow checkpoint"
    case .bigEndian:
      "its numbers have the highest byte first; read it in TensorFlow on the machine that wrote it "
        + "and save its variables by numpy.savez"
    case .version(let version):
      "it needs a reader of version \(version) of the format; 1 is known"
    case .shards(let count): "it claims to have \(count) data files"
    case .record(let name): "the record of '\(name.shown)' is malformed"
    case .entry(let name, let how): "the variable '\(name.shown)' \(how)"
    case .strangeSlices(let count):
      count > 0
        ? "\(count) slice\(count == 1 ? "" : "s") belong\(count == 1 ? "s" : "") to no variable"
        : "a slice is used more than once"
    case .claims(let bytes, let held):
      "its variables claim \(bytes) bytes, and its data files have \(held)"
    case .data(let name):
      "the elements of '\(name.shown)' have another checksum than the index says: the data file is "
        + "damaged, or of another checkpoint; fetch it again"
    case .missing(let name):
      "its data file '\(name.shown)' is not beside it; fetch that too, all into one folder"
    case .indexName:
      "it is the index of a TensorFlow checkpoint, whose data files are found by its name: call it "
        + "PREFIX.index beside PREFIX.data-00000-of-00001"
    case .list:
      "this should say which TensorFlow checkpoint is the latest, by one line "
        + "model_checkpoint_path: \"NAME\"; give the .index file itself"
    case .latest(let name):
      "it says that '\(name.shown)' is the latest checkpoint, and neither '\(name.shown).index' nor "
        + "'\(name.shown)' is beside it; give the .index file that is there"
    }
  }
}
