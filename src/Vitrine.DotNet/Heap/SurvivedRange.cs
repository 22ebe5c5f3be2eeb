using System.Runtime.InteropServices;

namespace Vitrine.DotNet.Heap;

/// <summary>A range of objects that survive where they are, as the event GCBulkSurvivingObjectRanges lists them.</summary>
[StructLayout(LayoutKind.Sequential, Pack = 1)]
readonly record struct SurvivedRange(ulong Start, ulong Length);
