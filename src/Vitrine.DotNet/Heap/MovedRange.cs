using System.Runtime.InteropServices;

namespace Vitrine.DotNet.Heap;

/// <summary>A range of objects that survive and are moved, as the event GCBulkMovedObjectRanges lists them.</summary>
[StructLayout(LayoutKind.Sequential, Pack = 1)]
readonly record struct MovedRange(ulong OldStart, ulong NewStart, ulong Length);
