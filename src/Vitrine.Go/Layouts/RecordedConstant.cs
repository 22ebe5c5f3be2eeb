namespace Vitrine.Go.Layouts;

/// <summary>A constant of a <see cref="LayoutTable"/>.</summary>
/// <param name="Value">Its value.</param>
/// <param name="Source">File and line of its declaration below the source root; empty when the generator found none.</param>
readonly record struct RecordedConstant(long Value, string Source);
