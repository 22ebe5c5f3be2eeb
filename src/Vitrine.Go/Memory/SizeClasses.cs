namespace Vitrine.Go.Memory;

/// <summary>
/// The allocator's size classes. The table is the same from Go 1.19 to 1.27: https://github.com/golang/go/blob/go1.19/src/runtime/sizeclasses.go,
/// https://github.com/golang/go/blob/go1.26.0/src/internal/runtime/gc/sizeclasses.go. It is a constant here because a stripped binary does not
/// name it; every cached span states its own object size, which is compared with this table at each look.
/// </summary>
static class SizeClasses
{
    /// <summary>Largest object of each class, in bytes. Class 0 is for large objects, which have no fixed size.</summary>
    public static ReadOnlySpan<ushort> ObjectSize =>
    [
        0, 8, 16, 24, 32, 48, 64, 80, 96, 112, 128, 144, 160, 176, 192, 208, 224, 240, 256, 288, 320, 352, 384, 416, 448, 480, 512, 576, 640,
        704, 768, 896, 1024, 1152, 1280, 1408, 1536, 1792, 2048, 2304, 2688, 3072, 3200, 3456, 4096, 4864, 5376, 6144, 6528, 6784, 6912, 8192,
        9472, 9728, 10240, 10880, 12288, 13568, 14336, 16384, 18432, 19072, 20480, 21760, 24576, 27264, 28672, 32768,
    ];

    /// <summary>Number of classes, class 0 included.</summary>
    public static int Count => ObjectSize.Length;

    /// <summary>Number of span classes: each size class with and without pointers.</summary>
    public static int SpanClassCount => 2 * Count;

    /// <summary>Classes that <c>runtime.MemStats.BySize</c> has room for.</summary>
    public const int Reported = 61;

    /// <summary>Bytes of a page of the allocator.</summary>
    public const ulong PageSize = 8192;
}
