using Vitrine.Instruments;

namespace Vitrine.DotNet.Gc;

/// <summary>What a collection made of one generation, in bytes.</summary>
/// <param name="Name"><c>0</c>, <c>1</c>, <c>2</c>, <c>loh</c> (large objects) or <c>poh</c> (pinned objects).</param>
/// <param name="Before">Size when the collection began, gaps between objects included.</param>
/// <param name="After">Size when it ended.</param>
/// <param name="Promoted">What survived and is in an older generation now; for the oldest ones what survived. 0 for generations that were not collected.</param>
public sealed record GcGeneration(string Name, Known<long> Before, Known<long> After, Known<long> Promoted);
