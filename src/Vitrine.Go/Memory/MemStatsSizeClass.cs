namespace Vitrine.Go.Memory;

/// <summary>Allocations of one size class.</summary>
/// <param name="Size">Largest object of the class, in bytes; 0 for class 0, which small objects never use.</param>
/// <param name="Mallocs">Objects ever allocated in the class.</param>
/// <param name="Frees">Objects ever freed in the class.</param>
public readonly record struct MemStatsSizeClass(uint Size, ulong Mallocs, ulong Frees);
