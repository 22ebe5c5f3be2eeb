using System.Runtime.InteropServices;

namespace Vitrine.Pprof.Storage;

/// <summary>A label as string numbers. Packed, so that there is no padding, because label sets are hashed and compared as bytes.</summary>
/// <param name="Key">String number of the key.</param>
/// <param name="Text">String number of the text; 0 makes it a numeric label, as in the wire format.</param>
/// <param name="Unit">String number of the unit; 0 = none.</param>
/// <param name="Number">The numeric value.</param>
[StructLayout(LayoutKind.Sequential, Pack = 4)]
internal readonly record struct LabelEntry(int Key, int Text, int Unit, long Number);
