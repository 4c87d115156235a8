import TGTensor

/// The arrays of a zip archive that `numpy.savez` wrote; a value is the index of its member.
struct ArchiveSource: EntrySource {
  let archive: ZipArchive
  /// The bytes of a head that are looked at: more than any real one has.
  private static let headBytes = 66_000

  func part(_ part: UInt32) -> String {
    let name = archive.names[Int(part)]
    return name.hasSuffix(".npy") ? String(name.dropLast(".npy".count)) : name
  }

  func form(_ value: UInt32, name: String) throws(CheckpointFault) -> Checkpoint.Form {
    let member = archive.names[Int(value)]
    let found: (head: ByteRegion, count: Int)?
    do { found = try archive.head(of: member, Self.headBytes) } catch { throw .zip(error) }
    guard let found else { throw .numpy(member: name, .truncated) }
    do {
      let (shape, type) = try NumpyArray.form(ofHead: found.head, count: found.count)
      return Checkpoint.Form(shape: shape, kind: .numbers(type))
    } catch {
      guard case .type(let type, let dimensions) = error,
        let kind = NumpyArray.numbers(named: type)
      else { throw .numpy(member: name, error) }
      return .unread("an array of type \(kind)", dimensions)
    }
  }

  func elements(_ value: UInt32, name: String) throws(CheckpointFault) -> StoredElements {
    guard let bytes = try contents(value) else { throw .numpy(member: name, .truncated) }
    do { return try NumpyArray.stored(bytes) } catch {
      guard case .unread(let kind) = try form(value, name: name).kind else {
        throw .numpy(member: name, error)
      }
      throw .unread(name: name, kind)
    }
  }

  func kind(_ value: UInt32) -> String {
    archive.names[Int(value)].hasSuffix(".npy")
      ? "an array of values that are not numbers" : "a file beside the arrays"
  }

  private func isStored(_ value: UInt32) throws(CheckpointFault) -> Bool {
    do { return try archive.inflatedSize(of: archive.names[Int(value)]) == nil } catch {
      throw .zip(error)
    }
  }

  /// The bytes of a member, compared with their checksum.
  private func contents(_ value: UInt32) throws(CheckpointFault) -> ByteRegion? {
    do { return try archive.contents(of: archive.names[Int(value)]) } catch { throw .zip(error) }
  }

  /// Lists the members in a table. Arrays of Python objects are lists and dictionaries of their own.
  func collect(into builder: inout EntryTableBuilder) throws(CheckpointFault) {
    let number = builder.add(self)
    for index in archive.names.indices {
      let value = UInt32(index)
      let row = EntryTable.Row(folder: 0, part: value, source: number, value: value)
      guard archive.names[index].hasSuffix(".npy") else {
        try builder.add(row, isTensor: false)
        continue
      }
      let name = part(value)
      // Compressed members are compared with their checksums when they are read.
      if try isStored(value) { _ = try contents(value) }
      do throws(CheckpointFault) {
        _ = try form(value, name: name)
        try builder.add(row, isTensor: true)
      } catch {
        guard case .numpy(_, .type(let type, _)) = error else { throw error }
        // A type that is not read may be a damaged one.
        _ = try contents(value)
        guard type == "|O" || type == "O", let document = try objects(value, name: name) else {
          try builder.add(row, isTensor: false)
          continue
        }
        let folder = try builder.add(
          EntryTable.Folder(parent: 0, part: value, source: number))
        try TensorCollector.collect(
          PickleSource(document: document, contents: nil), into: &builder, folder: folder)
      }
    }
  }

  /// The pickle of an array of Python objects.
  private func objects(
    _ value: UInt32, name: String
  ) throws(CheckpointFault) -> PickleDocument? {
    guard let bytes = try contents(value) else { return nil }
    let stream: ByteRegion?
    do { stream = try NumpyArray.pickle(bytes) } catch { throw .numpy(member: name, error) }
    return try stream.map { (stream) throws(CheckpointFault) in
      try PickleReader.read(stream, allowsStorages: false)
    }
  }
}

/// A file that is one array.
struct ArraySource: EntrySource {
  let elements: StoredElements

  func part(_ part: UInt32) -> String { "" }

  func form(_ value: UInt32, name: String) throws(CheckpointFault) -> Checkpoint.Form {
    Checkpoint.Form(shape: elements.shape, kind: .numbers(elements.type))
  }

  func elements(_ value: UInt32, name: String) throws(CheckpointFault) -> StoredElements {
    elements
  }

  func kind(_ value: UInt32) -> String { "an array" }
}
