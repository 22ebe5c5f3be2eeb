namespace Vitrine.Go.Globals;

/// <summary>One reference from an instruction to a fixed address outside the code.</summary>
/// <param name="Address">Link-time address that the instruction names.</param>
/// <param name="Kind">What it does there.</param>
/// <param name="Width">Bytes accessed; 0 when only the address is taken.</param>
/// <param name="Area">The area of the image the address lies in.</param>
readonly record struct DataReference(ulong Address, AccessKind Kind, byte Width, DataArea Area);
