namespace Vitrine.Go.Binary;

/// <summary>One entry of <c>moduledata.textsectmap</c>.</summary>
/// <param name="Start">First offset of the section, as the function table counts.</param>
/// <param name="End">Offset behind the section.</param>
/// <param name="Address">Link-time address of the section's first byte.</param>
public readonly record struct TextSection(ulong Start, ulong End, ulong Address);
