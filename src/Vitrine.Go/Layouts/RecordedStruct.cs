using Vitrine.Go.Binary;

namespace Vitrine.Go.Layouts;

/// <summary>A struct of a <see cref="LayoutTable"/>.</summary>
/// <param name="Name">Full name; a struct without a name is called after its place, <c>runtime.mheap·central</c>.</param>
/// <param name="Size">Bytes.</param>
/// <param name="Source">File and line of its declaration below the source root; empty when the generator found none.</param>
/// <param name="Fields">Its fields in order, without blank and empty ones that hold nothing.</param>
sealed record RecordedStruct(string Name, int Size, string Source, IReadOnlyList<StructField> Fields);
