package import TGImage
package import TGPlan
package import TGTensor

extension Session {
  /// The numbers that a picture gives an input, `[1, C, H, W]` in the range of the plan.
  ///
  /// - Parameter path: how errors call the picture.
  /// - Throws: `SessionError` if the input takes no picture, or none of this size.
  package static func tensor(
    of picture: Picture, path: String, for item: InterfaceItem
  ) throws(SessionError) -> HostTensor {
    let form = try item.form(height: picture.height, width: picture.width, path: path)
    guard let tensor = picture.tensor(form) else { throw item.impossibleSize }
    return tensor
  }

  /// The same of a file: it is brought to the size while it is read, so that no more is in memory
  /// than the numbers and some rows.
  ///
  /// - Parameter warnings: takes what is odd about the file though it could be read.
  /// - Throws: `SessionError`.
  package static func tensor(
    ofFile path: String, for item: InterfaceItem, warnings: inout [String]
  ) throws(SessionError) -> HostTensor {
    do {
      let tensor = try Picture.readTensor(path: path, warnings: &warnings) { height, width in
        try item.form(height: height, width: width, path: path)
      }
      guard let tensor else { throw item.impossibleSize }
      return tensor
    } catch let error as PictureError {
      throw .picture(error)
    } catch let error as SessionError {
      throw error
    } catch {
      preconditionFailure("only pictures and their forms fail")
    }
  }
}

extension InterfaceItem {
  /// The form that a picture of a size is brought to.
  fileprivate func form(
    height: Int, width: Int, path: String
  ) throws(SessionError) -> PictureForm {
    guard case .image(let low, let high, let fit, let filter) = kind, itemShape.count == 3 else {
      throw .wrongKind(input: name, kind: kindName, given: "a picture")
    }
    let isFitted = !fit.isEmpty && !filter.isEmpty
    guard isFitted || height == itemShape[1] && width == itemShape[2] else {
      throw .pictureSize(
        path: path, height: height, width: width, wanted: [itemShape[1], itemShape[2]])
    }
    guard let how = isFitted ? PictureFit(fit) : .stretch,
      let convention = PictureFilter(isFitted ? filter : "nearest")
    else { throw impossibleSize }
    return PictureForm(
      channels: itemShape[0], height: itemShape[1], width: itemShape[2], fit: how,
      filter: convention, low: low, high: high)
  }

  /// What is said where the words of a plan for fitting cannot be followed.
  fileprivate var impossibleSize: SessionError {
    guard case .image(_, _, let fit, let filter) = kind else {
      return .wrongKind(input: name, kind: kindName, given: "a picture")
    }
    return .pictureWords(input: name, fit: fit, filter: filter)
  }
}
