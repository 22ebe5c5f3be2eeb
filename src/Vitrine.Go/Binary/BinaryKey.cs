using System.Security.Cryptography;
using Vitrine.Linux.Binaries;

namespace Vitrine.Go.Binary;

/// <summary>
/// Identifies a build without reading all of it. A build id alone will not do: <c>strip</c> keeps it while the file changes, many build with
/// <c>-buildid=</c>, and a hostile program may carry another one's. So the key is the build id, the length, and a hash of the headers and of a
/// sample of pages.
/// </summary>
static class BinaryKey
{
    const int HeadBytes = 4096;
    const int SampleBytes = 512;
    const int Samples = 64;

    public static string Of(ElfFile elf)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Append(hash, elf, 0, HeadBytes);
        var step = Math.Max(elf.Length / Samples, SampleBytes);
        for (ulong offset = HeadBytes; offset < elf.Length; offset += step)
            Append(hash, elf, offset, SampleBytes);
        var digest = Convert.ToHexStringLower(hash.GetHashAndReset().AsSpan(0, 8));
        return $"{elf.BuildId ?? elf.GoBuildId ?? "none"}-{elf.Length:x}-{digest}";
    }

    static void Append(IncrementalHash hash, ElfFile elf, ulong offset, ulong length) =>
        hash.AppendData(elf.Bytes(offset, Math.Min(length, elf.Length - offset)));
}
