import TGONNX
import TGTensor

/// What each refusal says to a person: what the file is, what is wrong, what to do.
extension CheckpointError: CustomStringConvertible {
  /// The path and one or two sentences.
  package var description: String { "\(path): \(fault)" }
}

extension CheckpointFault: CustomStringConvertible {
  /// One or two sentences without the path.
  package var description: String {
    switch self {
    case .unreadable(let fault): "\(fault)"
    case .foreign(let kind): kind.description
    case .zip(let fault): fault.description
    case .pickle(let offset, let fault): "at byte \(offset) of its pickle: \(fault)"
    case .torch(let fault): fault.description
    case .safetensors(let fault): fault.description
    case .tensorFlow(let fault): fault.description
    case .torch7(let offset, let fault): "at byte \(offset) of the Torch7 file: \(fault)"
    case .ncnn(let fault): fault.description
    case .onnx(let fault): "\(fault)"
    case .onnxTensor(let name, let fault): "the tensor '\(name.shown)' \(fault)"
    case .numpy(let member, let fault):
      member.isEmpty ? "\(fault)" : "the array '\(member.shown)': \(fault)"
    case .view(let name, let fault): "the tensor '\(name.shown)' \(fault)"
    case .unread(let name, let kind):
      name.isEmpty
        ? "it is \(kind), which is not read; save it as plain float32 (.to_dense().float())"
        : "the tensor '\(name.shown)' is \(kind), which is not read; save it as plain float32 "
          + "(.to_dense().float())"
    case .inexact(let name, let type, let number):
      "the tensor '\(name.shown)' of type \(type) has the whole number \(number), which float32 does "
        + "not hold (all of them up to 2^24 it does)"
    case .nameless(let name):
      "the arrays of its network of the class '\(name.shown)' have no names, as in files made for "
        + "Theano; take the file of the same network that was made for TensorFlow or PyTorch"
    case .wholeObject(let name):
      "this is a whole saved object of the class '\(name.shown)', not a table of tensors; load it in "
        + "its own program and save its state_dict() instead"
    case .noSubtree(let name, let there):
      there.isEmpty
        ? "it has no tensor that could lie under '\(name.shown)'"
        : "it has no tensor under '\(name.shown)'; its names begin with "
          + there.map { "'\($0.shown)'" }.joined(separator: ", ")
    case .duplicateName(let name):
      name.isEmpty ? "a dictionary has a key twice" : "two values have the name '\(name.shown)'"
    case .tooMuch(.values(let limit)): "it holds more than \(limit) values; no checkpoint does"
    case .tooMuch(.depth(let limit)): "its containers are nested deeper than \(limit)"
    }
  }
}

extension ForeignFile: CustomStringConvertible {
  /// What the file is and what to do.
  package var description: String {
    switch self {
    case .empty: "the file is empty; fetch it again"
    case .gitLFSPointer(let size):
      "this is a Git-LFS pointer, not the weights"
        + (size.map { " (they have \($0) bytes)" } ?? "")
        + "; fetch them with Git LFS where it came from, or download the file itself"
    case .html:
      "this is a web page, not weights; the download gave an error or a preview: "
        + "use the link to the raw file"
    case .tar:
      "this is a tar archive; unpack it, or, if torch.save of before version 0.1.10 wrote it, "
        + "load it in PyTorch and save its state_dict again"
    case .compressed(let kind, let command):
      "this is \(kind) data; " + ForeignFile.unpacking(by: command)
    case .archive(let names, let members):
      names.isEmpty
        ? "this is a zip archive of \(members) file\(members == 1 ? "" : "s"), none of them a "
          + "checkpoint: it has neither one 'data.pkl' nor .npy members"
        : "this is a zip archive that holds \(ForeignFile.list(names)); unpack it, then "
          + "give the file that is meant"
    case .framework(let kind, let advice):
      "this is \(kind), not a checkpoint that is read; \(advice)"
    case .other(let kind): "this is \(kind), not a checkpoint"
    case .unknown:
      "this is no checkpoint that TGraph knows (.pth, .ckpt, .safetensors, .onnx, .npy, .npz, .t7, "
        + "TensorFlow's, or an ncnn .param with its .bin)"
    }
  }

  /// The first names of many.
  fileprivate static func list(_ names: [String]) -> String {
    names.prefix(4).map { $0.shown }.joined(separator: ", ")
      + (names.count > 4 ? " and \(names.count - 4) more" : "")
  }
}

extension ZipFault: CustomStringConvertible {
  /// One sentence.
  package var description: String {
    switch self {
    case .noDirectory:
      "the zip archive has no end record: the file is cut off (fetch it again) or something was "
        + "appended to it"
    case .damaged(let how): "the zip archive is damaged: \(how)"
    case .disagreement(let member, let what):
      "the zip archive contradicts itself about \(what) of '\(member.shown)'"
    case .duplicate(let member): "the zip archive has two members named '\(member.shown)'"
    case .badName(let name): "the zip archive has a member with the unsafe name '\(name.shown)'"
    case .encrypted(let member): "'\(member.shown)' is encrypted; unpack it and pack it plainly"
    case .feature(let member, let flags):
      "'\(member.shown)' uses zip features that checkpoints do not have (flags \(flags))"
    case .method(let member, let method):
      "'\(member.shown)' is compressed by method \(method); only stored and deflated are read"
    case .checksum(let member): "'\(member.shown)' is damaged: its checksum is wrong"
    case .inflate(let member): "'\(member.shown)' is damaged: it does not inflate to its size"
    case .bomb(let member, let claimed):
      "'\(member.shown)' claims to inflate to \(claimed) bytes, implausibly many for its size"
    case .tooManyMembers(let count): "the zip archive claims \(count) members"
    case .spanned: "the zip archive is one part of several; join them first"
    }
  }
}

extension PickleFault: CustomStringConvertible {
  /// One sentence that follows "at byte N of its pickle:".
  package var description: String {
    switch self {
    case .truncated: "the stream ends too early; the file is cut off"
    case .opcode(let code): "\(code) is no instruction of a pickle"
    case .version(let version): "pickle protocol \(version) is not known"
    case .refused(let name):
      "it wants '\(name.shown)', by which attacks are known; nothing was run; do not load this file "
        + "with PyTorch"
    case .joblib:
      "this is a joblib file, whose arrays lie between the instructions; load it in its program and "
        + "save its arrays by numpy.savez"
    case .arguments(let name): "'\(name.shown)' does not take these arguments"
    case .state(let name): "'\(name.shown)' does not have such a state"
    case .stack(let what): "\(what) lacks its operands"
    case .memo(let index): "value \(index) is used before it is stored"
    case .literal(let what): "a \(what) is malformed"
    case .persistentID: "it refers to outside data in a way that torch.save does not"
    case .forbidden(let what): "it uses \(what), which no checkpoint needs"
    case .budget(let what, let limit): "it has more \(what) than the limit of \(limit)"
    case .trailing(let count): "\(count) bytes follow the end of the data"
    }
  }
}

extension TorchFault: CustomStringConvertible {
  /// One sentence.
  package var description: String {
    switch self {
    case .torchScript:
      "this is a TorchScript program; load it in PyTorch and save its state_dict()"
    case .bigEndian:
      "its numbers have the highest byte first; save it again on an ordinary machine"
    case .version(let version): "torch.save format \(version) is not known; 1001 is"
    case .head(let part): "the \(part) is not what torch.save writes"
    case .missingStorage(let key): "the data of storage '\(key.shown)' is not in the file"
    case .unexpectedStorage(let key):
      "storage '\(key.shown)' is listed twice, differently, or without a tensor"
    case .storageSize(let key, let expected, let found):
      "storage '\(key.shown)' has size \(found) where its tensors need \(expected)"
    case .storageType(let type):
      "it holds numbers of type \(type.shown), whose size is not known; save it in the newer form "
        + "(torch.save as it is)"
    case .truncated(let key):
      "the file ends inside storage '\(key.shown)'; it is cut off: fetch it again"
    case .trailing(let count): "\(count) bytes follow the last storage"
    }
  }
}

extension SafetensorsFault: CustomStringConvertible {
  /// One sentence.
  package var description: String {
    switch self {
    case .headLength(let length):
      "the safetensors head claims \(length) bytes, which are not there; the file may be cut off"
    case .json(let error): "the safetensors head is \(error)"
    case .entry(let name, let how): "the safetensors entry '\(name.shown)' \(how)"
    case .long(let offset, let limit):
      "byte \(offset) of the safetensors head begins something of more than \(limit) bytes"
    case .ranges(let how): "the ranges of its tensors \(how); the file may be cut off"
    }
  }
}
