package import TGONNX
package import TGTensor

/// Why a file could not be read as a checkpoint or as plain data.
package struct CheckpointError: Error, Hashable, Sendable {
  /// The path as it was given.
  package let path: String
  /// What is wrong with it.
  package let fault: CheckpointFault

  /// Makes an error.
  package init(path: String, fault: CheckpointFault) {
    self.path = path
    self.fault = fault
  }

  /// The exit code that a command ends with: 66 for a file that is not there or cannot be opened,
  /// 74 for a failed read, 65 for everything that is wrong with its bytes.
  package var exitCode: Int32 {
    if case .tensorFlow(.missing) = fault { return 66 }
    guard case .unreadable(let reason) = fault else { return 65 }
    return switch reason {
    case .cannotOpen, .notARegularFile: 66
    case .cannotMap: 74
    }
  }
}

/// The facts of a refusal.
package enum CheckpointFault: Error, Hashable, Sendable {
  /// The file cannot be opened or mapped.
  case unreadable(MappedFileError)
  /// The file is something else.
  case foreign(ForeignFile)
  /// The zip archive is damaged or lies about itself.
  case zip(ZipFault)
  /// A pickle, at a byte of its stream.
  case pickle(offset: Int, PickleFault)
  /// What `torch.save` puts around its pickles.
  case torch(TorchFault)
  /// The safetensors head or its ranges.
  case safetensors(SafetensorsFault)
  /// The files of a TensorFlow checkpoint.
  case tensorFlow(TensorFlowFault)
  /// A Torch7 file, at one of its bytes.
  case torch7(offset: Int, Torch7Fault)
  /// The pair of files of an ncnn network.
  case ncnn(NcnnFault)
  /// The bytes of an ONNX file.
  case onnx(ONNXError)
  /// A tensor of an ONNX file.
  case onnxTensor(name: String, ONNXTensor.Fault)
  /// An `.npy` file, or a member of an `.npz`.
  case numpy(member: String, NumpyError)
  /// A tensor whose view of its bytes cannot be.
  case view(name: String, StoredElements.ViewFault)
  /// A tensor whose meaning is not plain was asked for: what it is.
  case unread(name: String, String)
  /// A whole number of a tensor that float32 does not hold.
  case inexact(name: String, StoredType, String)
  /// It holds a network of this class whose arrays have positions, no names.
  case nameless(String)
  /// The file is one saved object of this class, which only its own program can load.
  case wholeObject(String)
  /// No tensor lies under a name that was given; the first parts of names that there are.
  case noSubtree(String, there: [String])
  /// Two values of one name.
  case duplicateName(String)
  /// More values, or deeper ones, than a checkpoint has.
  case tooMuch(Excess)

  /// What there is too much of.
  package enum Excess: Hashable, Sendable {
    /// Named values.
    case values(limit: Int)
    /// Containers in containers.
    case depth(limit: Int)
  }
}

/// What is wrong with a zip archive.
package enum ZipFault: Error, Hashable, Sendable {
  /// There is no end record, or something follows it.
  case noDirectory
  /// A record does not lie where the archive says, or is cut off.
  case damaged(String)
  /// The directory and the head before the data disagree.
  case disagreement(member: String, about: String)
  /// Two members of one name.
  case duplicate(String)
  /// A name that is not a plain relative path in UTF-8.
  case badName(String)
  /// An encrypted member.
  case encrypted(String)
  /// Patched data and other features that no checkpoint uses.
  case feature(member: String, flags: UInt16)
  /// Neither stored nor deflated.
  case method(member: String, UInt16)
  /// The data has another checksum than the directory says.
  case checksum(String)
  /// The deflated data is damaged or yields another size than claimed.
  case inflate(String)
  /// A member would grow beyond what its compressed size makes plausible.
  case bomb(member: String, claimed: UInt64)
  /// More members than any checkpoint has.
  case tooManyMembers(UInt64)
  /// The archive spans several files.
  case spanned
}

/// What is wrong with a pickle.
package enum PickleFault: Error, Hashable, Sendable {
  /// The stream ends before its end mark.
  case truncated
  /// A byte that is no instruction of ours.
  case opcode(UInt8)
  /// A protocol newer than 5.
  case version(UInt8)
  /// A name by which attacks are known: `posix.system`.
  case refused(String)
  /// The stream is one of joblib, which puts arrays between the instructions.
  case joblib
  /// A listed constructor called with arguments that it does not take.
  case arguments(of: String)
  /// A listed constructor given a state that it does not have.
  case state(of: String)
  /// An instruction that needs more, or other, values than there are on the stack.
  case stack(String)
  /// A reference to a value that was never stored.
  case memo(Int)
  /// A malformed number, string or name.
  case literal(String)
  /// A reference to outside data that is not a storage of torch.
  case persistentID
  /// Instructions for code or for other streams: extension registry, out-of-band buffers.
  case forbidden(String)
  /// More of something than the budget allows.
  case budget(String, limit: Int)
  /// Bytes after the end of the data.
  case trailing(Int)
}

/// What is wrong around the pickles of `torch.save`.
package enum TorchFault: Error, Hashable, Sendable {
  /// The archive is a TorchScript program.
  case torchScript
  /// The numbers are stored with the highest byte first.
  case bigEndian
  /// Another format version than 1001.
  case version(Int)
  /// The head is not what `torch.save` writes: which part.
  case head(String)
  /// A tensor names a storage that the file does not hold.
  case missingStorage(String)
  /// A storage is listed that no tensor names, or is listed twice.
  case unexpectedStorage(String)
  /// A storage has elements of a type whose size is not known, so that nothing behind it can be found.
  case storageType(String)
  /// A storage holds another number of bytes than its tensors say.
  case storageSize(key: String, expected: Int, found: Int)
  /// The file ends inside a storage.
  case truncated(key: String)
  /// Bytes follow the last storage.
  case trailing(Int)
}

/// What is wrong with a safetensors file.
package enum SafetensorsFault: Error, Hashable, Sendable {
  /// The length of the head is zero, beyond the file or beyond `Safetensors.headLimit`.
  case headLength(UInt64)
  /// The head is not strict JSON.
  case json(JSONError)
  /// An entry of the head has not the form that the format prescribes.
  case entry(name: String, String)
  /// A name or a value of the head that is longer than any real one.
  case long(at: Int, limit: Int)
  /// The ranges leave a hole, overlap, or do not end at the end of the file.
  case ranges(String)
}
