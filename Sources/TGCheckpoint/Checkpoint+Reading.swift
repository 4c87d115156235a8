package import TGTensor

extension Checkpoint {
  /// Reads a checkpoint; the bytes say which container it is, not the name.
  ///
  /// Nothing in the file is executed and nothing is copied that is not asked for; everything about
  /// the tensors is checked here, so that reading their elements later cannot fail. Zip members that
  /// hold tensors are compared with their checksums, which touches each byte once.
  ///
  /// - Throws: `CheckpointError` with the path and what is wrong.
  package static func read(path: String) throws(CheckpointError) -> Checkpoint {
    try read(GivenFile(path: path))
  }

  /// Reads a checkpoint that was named, or came through a pipe.
  ///
  /// - Throws: `CheckpointError` with the path and what is wrong.
  package static func read(_ file: GivenFile) throws(CheckpointError) -> Checkpoint {
    let bytes: ByteRegion
    do { bytes = try file.bytes() } catch {
      throw CheckpointError(path: file.path, fault: .unreadable(error))
    }
    return try read(bytes, path: file.path)
  }

  /// Reads the bytes of a checkpoint; the path serves names and errors only.
  package static func read(
    _ file: ByteRegion, path: String
  ) throws(CheckpointError) -> Checkpoint {
    let name = path.split(separator: "/").last.map { String($0) } ?? path
    do { return try read(file, fileName: name) } catch {
      throw CheckpointError(path: path, fault: error)
    }
  }

  private static func read(
    _ file: ByteRegion, fileName: String
  ) throws(CheckpointFault) -> Checkpoint {
    if let foreign = ForeignFile(file) { throw .foreign(foreign) }
    if ZipArchive.begins(file) {
      let archive = try zip(file)
      if isArrays(archive) { return try readArrays(archive, fileName: fileName) }
    }
    if file.prefix(6) == NumpyArray.magic {
      let elements = try array(file, member: "")
      return try Checkpoint(
        fileName: fileName, format: .npy, entries: [Entry(name: "", elements: elements)])
    }
    if Safetensors.begins(file) {
      let entries = try Safetensors.read(file).map { Entry(name: $0.name, elements: $0.elements) }
      return try Checkpoint(
        fileName: fileName, format: .safetensors, entries: entries,
        metadata: Safetensors.metadata(of: file))
    }
    let (format, document, contents) = try pickled(file)
    let collector = try TensorCollector(document, contents)
    return try Checkpoint(
      fileName: fileName, format: format, entries: collector.entries, skipped: collector.skipped)
  }

  /// What the outermost pickle of a file describes, and the bytes of its storages if torch wrote it.
  static func pickled(
    _ file: ByteRegion
  ) throws(CheckpointFault) -> (Format, PickleDocument, Torch.Contents?) {
    if let foreign = ForeignFile(file) { throw .foreign(foreign) }
    if ZipArchive.begins(file) {
      let contents = try Torch.zip(zip(file))
      return (.torchZip, contents.document, contents)
    }
    guard PickleReader.canBegin(file) else { throw .foreign(.unclaimed(file)) }
    let document = try firstPickle(file)
    if Torch.isMagic(document) {
      let contents = try Torch.legacy(file, at: document.end)
      return (.torchLegacy, contents.document, contents)
    }
    guard document.end == file.count else {
      throw .pickle(offset: document.end, .trailing(file.count - document.end))
    }
    return (.pickle, document, nil)
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

  /// True for an archive that `numpy.savez` wrote.
  private static func isArrays(_ archive: ZipArchive) -> Bool {
    !archive.members.isEmpty && archive.members.allSatisfy { $0.name.hasSuffix(".npy") }
  }

  private static func readArrays(
    _ archive: ZipArchive, fileName: String
  ) throws(CheckpointFault) -> Checkpoint {
    var entries: [Entry] = []
    var skipped: [Skipped] = []
    for member in archive.members {
      let name = String(member.name.dropLast(".npy".count))
      let bytes: ByteRegion?
      do { bytes = try archive.contents(of: member.name) } catch { throw .zip(error) }
      guard let bytes else { continue }
      do {
        entries.append(Entry(name: name, elements: try NumpyArray.stored(bytes)))
      } catch {
        guard case .type = error else { throw .numpy(member: name, error) }
        skipped.append(Skipped(name: name, kind: "an array of values that are not numbers"))
      }
    }
    return try Checkpoint(
      fileName: fileName, format: .npz, entries: entries, skipped: skipped)
  }

  private static func array(
    _ file: ByteRegion, member: String
  ) throws(CheckpointFault) -> StoredElements {
    do { return try NumpyArray.stored(file) } catch { throw .numpy(member: member, error) }
  }
}

extension PickleReader {
  /// True if the first byte is an instruction that a pickle of data can begin with.
  static func canBegin(_ file: ByteRegion) -> Bool {
    guard let first = file.prefix(1).first else { return false }
    return first == 0x80 || "(]}lcdiVSIFLN".utf8.contains(first)
  }
}
