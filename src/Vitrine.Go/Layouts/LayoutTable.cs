namespace Vitrine.Go.Layouts;

/// <summary>The struct layouts and constants of one Go version and architecture, as <c>eng/runtime-tables</c> recorded them.</summary>
/// <param name="Minor">N of Go 1.N.</param>
/// <param name="VersionText">The exact version they were recorded from, e.g. <c>go1.26.3</c>.</param>
/// <param name="Architecture">GOARCH.</param>
/// <param name="SourceRoot">Where that version's source is on the web, with a slash at the end.</param>
/// <param name="Structs">Structs by full name.</param>
/// <param name="Constants">Integer constants by full name.</param>
sealed record LayoutTable(
    int Minor, string VersionText, string Architecture, string SourceRoot,
    IReadOnlyDictionary<string, RecordedStruct> Structs, IReadOnlyDictionary<string, RecordedConstant> Constants);
