namespace Vitrine.Go.Binary;

/// <summary>Where the function table lies.</summary>
/// <param name="Address">Link-time address of its header.</param>
/// <param name="FileOffset">Offset of the header in the file.</param>
/// <param name="Length">Bytes from the header to the end of its section or segment, at most 2 GiB.</param>
/// <param name="Header">The checked header.</param>
sealed record PclnLocation(ulong Address, ulong FileOffset, ulong Length, PclnHeader Header);
