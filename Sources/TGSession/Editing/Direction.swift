internal import TGCheckpoint
package import TGPlan
package import TGTensor

/// A direction in the space of codes, as files of boundaries hold it.
///
/// Read are: one array in `.npy`, `.npz`, `.safetensors` or a pickle; a dictionary of `boundary`
/// and `meta_data` with `manipulate_layers`, pickled or inside an `.npy` (In-Domain GAN inversion,
/// HiGAN); in `.safetensors` layers as a text `layers` of the metadata or a tensor `layers`; and a
/// matrix `[D, K]` whose columns are directions (closed-form factorisation).
package struct Direction: Sendable {
  /// The path.
  package let path: String
  /// The layers that the file states, if it does.
  package let layers: LayerList?
  /// The numbers as stored; of a matrix the column.
  package let numbers: HostTensor

  /// Reads a file.
  ///
  /// - Parameters:
  ///   - subtree: the name of the tensor, or of what it lies in, among others.
  ///   - column: the column of a matrix `[D, K]`.
  /// - Throws: `EditingError`.
  package init(_ path: String, subtree: String? = nil, column: Int? = nil) throws(EditingError) {
    self.path = path
    let (stored, layers) = try Self.read(path, subtree)
    self.layers = layers
    guard stored.elements.allSatisfy(\.isFinite) else {
      throw .notFinite(path: path, tensor: "")
    }
    guard let column else {
      numbers = stored
      return
    }
    let matrix = stored.reshaped(Shape(stored.shape.withoutOnes))
    guard matrix.shape.rank == 2, column < matrix.shape[1] else {
      throw .column(path: path, column, found: stored.shape)
    }
    let (rows, columns) = (matrix.shape[0], matrix.shape[1])
    numbers = HostTensor(
      Shape([rows]), (0..<rows).map { matrix.elements[$0 * columns + column] })
  }

  /// The direction for every position of a code: as it is, or one row for all layers.
  ///
  /// - Throws: `EditingError.directionShape`.
  package func spread(over item: InterfaceItem) throws(EditingError) -> [Float] {
    let form = item.itemShape
    let found = numbers.shape.withoutOnes
    if found == Shape(form).withoutOnes { return numbers.elements }
    if form.count > 1, found == Shape(Array(form.dropFirst())).withoutOnes {
      return (0..<form[0]).flatMap { _ in numbers.elements }
    }
    throw .directionShape(path: path, found: numbers.shape, item)
  }

  // MARK: The forms of files

  private static func read(
    _ path: String, _ subtree: String?
  ) throws(EditingError) -> (HostTensor, LayerList?) {
    let file: MappedFile
    do { file = try MappedFile(path: path) } catch {
      throw .file(CheckpointError(path: path, fault: .unreadable(error)))
    }
    let bytes = ByteRegion(file)
    do {
      if subtree != nil || Safetensors.begins(bytes) || path.lowercased().hasSuffix(".npz") {
        let file = try Checkpoint.read(bytes, path: path)
        return try tensors(
          try subtree.map { try file.subtree(named: $0, path: path) } ?? file, path)
      }
      return try plain(try Checkpoint.readPlainData(bytes, path: path), path)
    } catch let error as EditingError {
      throw error
    } catch let error as CheckpointError {
      throw .file(error)
    } catch { throw .noTensor(path: path) }
  }

  /// One tensor beside an optional one of layers.
  private static func tensors(
    _ file: Checkpoint, _ path: String
  ) throws(EditingError) -> (HostTensor, LayerList?) {
    let layerNames = ["layers", "manipulate_layers"]
    let rest = file.entries.filter { !layerNames.contains($0.name) }
    guard rest.count == 1 else {
      throw .severalTensors(path: path, rest.map { "\($0.name) \($0.shape)" })
    }
    let numbers: HostTensor
    var layers: PickleValue?
    do {
      numbers = try rest[0].tensor()
      if let entry = file.entries.first(where: { layerNames.contains($0.name) }) {
        layers = .array(NumpyArray(try entry.elements()))
      } else if case let metadata = file.metadata,
        let text = layerNames.compactMap({ metadata[$0] }).first
      {
        layers = .string(text)
      }
    } catch { throw .file(CheckpointError(path: path, fault: error)) }
    return (numbers, try layers.map { (value) throws(EditingError) in try list(value, path) })
  }

  /// An array, or a dictionary that holds one; lists of one value are what they hold.
  private static func plain(
    _ value: PickleValue, _ path: String
  ) throws(EditingError) -> (HostTensor, LayerList?) {
    switch value {
    case .array(let array): return (array.tensor, nil)
    case .list(let items) where items.count == 1: return try plain(items[0], path)
    case .dictionary(let pairs):
      let arrays = pairs.compactMap { pair -> (name: String, tensor: HostTensor)? in
        guard case .array(let array) = pair.value else { return nil }
        return (pair.key.string ?? "", array.tensor)
      }
      guard let found = arrays.first(where: { $0.name == "boundary" }) ?? arrays.first,
        found.name == "boundary" || arrays.count == 1
      else {
        guard arrays.isEmpty else {
          throw .severalTensors(path: path, arrays.map { "\($0.name) \($0.tensor.shape)" })
        }
        throw .noTensor(path: path)
      }
      let notes = pairs.first { $0.key.string == "meta_data" }?.value.pairs ?? pairs
      let layers = notes.first { $0.key.string == "manipulate_layers" }?.value
      switch layers {
      case nil, .some(.none): return (found.tensor, nil)
      case .some(let layers): return (found.tensor, try list(layers, path))
      }
    default: throw .noTensor(path: path)
    }
  }

  private static func list(
    _ value: PickleValue, _ path: String
  ) throws(EditingError) -> LayerList {
    guard let layers = LayerList(value) else { throw .layersInFile(path: path) }
    return layers
  }
}

extension Shape {
  /// The extents that are not 1.
  fileprivate var withoutOnes: [Int] { dimensions.filter { $0 != 1 } }
}
