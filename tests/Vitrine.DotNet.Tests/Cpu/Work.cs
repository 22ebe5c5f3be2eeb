using System.IO.Compression;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using Vitrine.Linux.Processes;

namespace Vitrine.DotNet.Tests.Cpu;

/// <summary>Functions that take processor time, managed and native, each a few milliseconds.</summary>
static class Work
{
    static readonly byte[] s_data = Data();

    static byte[] Data()
    {
        var data = new byte[1 << 20];
        new Random(1).NextBytes(data);
        return data;
    }

    public static readonly Action[] All = [Loop, Hash, Zip, Small];

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void Loop()
    {
        long x = 1;
        for (var i = 0; i < 1_000_000; i++) x = x * 31 + i;
        Volatile.Write(ref s_result, x);
    }

    static long s_result;

    /// <summary>Native code of OpenSSL, which keeps no frame pointers.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void Hash() => Volatile.Write(ref s_result, SHA256.HashData(s_data)[0]);

    /// <summary>Native code of zlib, in the runtime's library.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void Zip()
    {
        using var deflate = new DeflateStream(Stream.Null, CompressionLevel.Fastest);
        deflate.Write(s_data.AsSpan(0, 1 << 18));
    }

    /// <summary>Methods so small that they have no frame of their own.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void Small()
    {
        long x = 1;
        for (var i = 0; i < 100_000; i++) x = SmallCaller(x);
        Volatile.Write(ref s_result, x);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static long SmallCaller(long x) => SmallLeaf(x) + 1;

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static long SmallLeaf(long x) => x * 31 / (x | 1) % 17 * 5;

    /// <summary>A stack that is larger than what is copied of it.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void Deep() => Deeper(70);

    [MethodImpl(MethodImplOptions.NoInlining)]
    static int Deeper(int left)
    {
        Span<long> room = stackalloc long[32];
        room.Fill(left);
        if (left == 0) Loop();
        else room[left % 32] = Deeper(left - 1);
        return (int)room[left % 32];
    }

    /// <summary>Does work until the calling thread has taken some processor time, and returns how much it took in its life.</summary>
    public static long Until(Action work, TimeSpan budget)
    {
        const int each = 10; // to read the clock takes time as well
        long clock;
        do
        {
            for (var i = 0; i < each; i++) work();
        }
        while (ThreadClocks.TryRead(ThreadClocks.CurrentThreadId, out clock) && clock < budget.TotalNanoseconds);
        return clock;
    }
}
