internal import TGONNX
package import TGTensor

extension Checkpoint {
  /// Reads a checkpoint; the bytes say which container it is, not the name.
  ///
  /// Nothing in the file is executed and nothing is copied that is not asked for; everything about
  /// the tensors is checked here; reading elements later fails only for those whose meaning is not
  /// plain and for compressed members that are damaged. Stored zip members that hold tensors of torch
  /// are compared with their checksums, which touches each byte once.
  ///
  /// - Throws: `CheckpointError` with the path and what is wrong.
  package static func read(path: String) throws(CheckpointError) -> Checkpoint {
    try read(GivenFile(path: path))
  }

  /// Reads a checkpoint that was named, or came through a pipe.
  ///
  /// - Throws: `CheckpointError` with the path and what is wrong.
  package static func read(_ given: GivenFile) throws(CheckpointError) -> Checkpoint {
    let file = resolved(given)
    let bytes: ByteRegion
    do { bytes = try file.bytes() } catch {
      throw CheckpointError(path: file.path, fault: .unreadable(error))
    }
    return try read(bytes, path: file.path, beside: file.isPiped ? .none : .beside(file.path))
  }

  /// Reads the bytes of a checkpoint; the path serves names and errors, and to find the other half of
  /// an ncnn network. What a checkpoint of TensorFlow has besides is looked for among `siblings`.
  package static func read(
    _ file: ByteRegion, path: String, beside siblings: Siblings = .none
  ) throws(CheckpointError) -> Checkpoint {
    do {
      if let network = try ncnn(halfOf: file, path: path) { return network }
      return try read(file, fileName: fileName(path), siblings)
    } catch {
      throw CheckpointError(path: path, fault: error)
    }
  }

  private static func read(
    _ file: ByteRegion, fileName: String, _ siblings: Siblings
  ) throws(CheckpointFault) -> Checkpoint {
    var builder = EntryTableBuilder()
    if SortedTable.ends(file) {
      let format = try TensorFlowFiles.collect(
        file, name: fileName, beside: siblings, into: &builder)
      return try Checkpoint(fileName: fileName, format: format, file: file, builder)
    }
    if TensorFlowFiles.isCutOff(file, name: fileName) {
      throw .tensorFlow(.table("its end is missing"))
    }
    if let name = try TensorFlowFiles.latest(file, beside: siblings) {
      guard let latest = try siblings.file(name), SortedTable.ends(latest) else {
        throw .tensorFlow(.list)
      }
      return try read(latest, fileName: name, siblings)
    }
    if ONNXModel.begins(file) {
      try ONNXSource(file).collect(into: &builder)
      return try Checkpoint(fileName: fileName, format: .onnx, file: file, builder)
    }
    if let foreign = ForeignFile(file, name: fileName) { throw .foreign(foreign) }
    let format: Format
    if file.prefix(6) == NumpyArray.magic {
      format = .npy
      if let stream = try objects(file) {
        try collect(try PickleReader.read(stream, allowsStorages: false), nil, &builder)
      } else {
        let number = builder.add(ArraySource(elements: try array(file)))
        try builder.add(
          EntryTable.Row(folder: 0, part: EntryTable.noPart, source: number, value: 0),
          isTensor: true)
      }
    } else if Safetensors.begins(file) {
      format = .safetensors
      try Safetensors.collect(file, into: &builder)
    } else if Torch7Reader.begins(file) {
      format = .torch7
      try Torch7Collector.collect(try Torch7Reader.read(file), into: &builder)
    } else {
      switch try opened(file) {
      case .arrays(let archive):
        format = .npz
        try ArchiveSource(archive: archive).collect(into: &builder)
      case .pickle(let kind, let document, let contents):
        format = kind
        try collect(document, contents, &builder)
      }
    }
    return try Checkpoint(fileName: fileName, format: format, file: file, builder)
  }

  /// Lists what a pickle holds. One that is a single closed value is an object of somebody's program.
  private static func collect(
    _ document: PickleDocument, _ contents: Torch.Contents?, _ builder: inout EntryTableBuilder
  ) throws(CheckpointFault) {
    if let index = document.root.objectIndex, document.records[index].kind == .call,
      case .other(let name) = document.meaning(document.root)
    {
      throw .wholeObject(name)
    }
    try TensorCollector.collect(
      PickleSource(document: document, contents: contents), into: &builder)
  }

  /// A file that is an archive or a pickle.
  enum Opened {
    /// An archive that `numpy.savez` wrote.
    case arrays(ZipArchive)
    /// The outermost pickle of a file, and the bytes of its storages if torch wrote it.
    case pickle(Format, PickleDocument, Torch.Contents?)
  }

  /// Opens an archive or a pickle.
  static func opened(_ file: ByteRegion) throws(CheckpointFault) -> Opened {
    if ZipArchive.begins(file) {
      let archive = try zip(file)
      if let contents = try Torch.zip(archive) {
        return .pickle(.torchZip, contents.document, contents)
      }
      guard archive.names.contains(where: { $0.hasSuffix(".npy") }) else {
        throw .foreign(ForeignFile(archive))
      }
      return .arrays(archive)
    }
    guard PickleReader.canBegin(file) else { throw .foreign(.unclaimed(file)) }
    let document = try firstPickle(file)
    if Torch.isMagic(document) {
      let contents = try Torch.legacy(file, at: document.end)
      return .pickle(.torchLegacy, contents.document, contents)
    }
    guard document.end == file.count else {
      throw .pickle(offset: document.end, .trailing(file.count - document.end))
    }
    return .pickle(.pickle, document, nil)
  }

  /// Any letter may begin a pickle of protocol 0; a text soon has one that makes no sense.
  private static func firstPickle(_ file: ByteRegion) throws(CheckpointFault) -> PickleDocument {
    do { return try PickleReader.read(file, allowsStorages: false) } catch {
      guard case .pickle(let offset, let fault) = error, offset < 16, ForeignFile.isText(file)
      else { throw error }
      switch fault {
      case .opcode, .forbidden, .literal, .stack, .truncated: throw .foreign(.unclaimed(file))
      default: throw error
      }
    }
  }

  private static func zip(_ file: ByteRegion) throws(CheckpointFault) -> ZipArchive {
    do { return try ZipArchive(file) } catch { throw .zip(error) }
  }

  /// The pickle inside an `.npy` file of Python objects; nil for an array of numbers.
  static func objects(_ file: ByteRegion) throws(CheckpointFault) -> ByteRegion? {
    do { return try NumpyArray.pickle(file) } catch { throw .numpy(member: "", error) }
  }

  private static func array(_ file: ByteRegion) throws(CheckpointFault) -> StoredElements {
    do { return try NumpyArray.stored(file) } catch { throw .numpy(member: "", error) }
  }
}

extension PickleReader {
  /// True if the first byte is an instruction that a pickle of data can begin with.
  static func canBegin(_ file: ByteRegion) -> Bool {
    guard let first = file.prefix(1).first else { return false }
    return first == 0x80 || "(]}lcdiVSIFLN".utf8.contains(first)
  }
}
