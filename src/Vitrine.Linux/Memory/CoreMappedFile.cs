namespace Vitrine.Linux.Memory;

/// <summary>A file that was mapped when a core was dumped (note NT_FILE), and whether its bytes can stand in for the pages that the dump leaves out.</summary>
/// <param name="Start">First address.</param>
/// <param name="End">The address behind the last one.</param>
/// <param name="FileOffset">Offset in the file, in bytes.</param>
/// <param name="Path">Path in the mount namespace of the process that dumped. Untrusted text.</param>
/// <param name="Reason">Null when the file is used; otherwise why not.</param>
public sealed record CoreMappedFile(ulong Start, ulong End, ulong FileOffset, string Path, string? Reason);
