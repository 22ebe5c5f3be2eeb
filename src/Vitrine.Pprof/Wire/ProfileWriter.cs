using System.IO.Compression;

namespace Vitrine.Pprof.Wire;

/// <summary>
/// Writes profile.proto. Deterministic: tables are numbered 1, 2, 3, … in order, strings by first use, labels in canonical order, no time in the gzip header,
/// so that equal profiles are equal files.
/// </summary>
public static class ProfileWriter
{
    /// <summary>Writes a profile. Does not dispose the stream.</summary>
    /// <param name="profile">The profile.</param>
    /// <param name="destination">Where to.</param>
    /// <param name="gzip">True for the usual gzip-compressed form (<c>.pb.gz</c>), false for plain protobuf (<c>.pb</c>).</param>
    /// <param name="level">How hard to compress. The default is the fast one, which Go's runtime/pprof uses too.</param>
    public static void Write(Profile profile, Stream destination, bool gzip = true, CompressionLevel level = CompressionLevel.Fastest)
    {
        ArgumentNullException.ThrowIfNull(profile);
        ArgumentNullException.ThrowIfNull(destination);
        if (!gzip)
        {
            Encode(profile, destination);
            return;
        }
        using var compressed = new GZipStream(destination, level, leaveOpen: true);
        Encode(profile, compressed);
    }

    /// <summary>The bytes of a profile.</summary>
    public static byte[] ToBytes(Profile profile, bool gzip = true, CompressionLevel level = CompressionLevel.Fastest)
    {
        using var memory = new MemoryStream();
        Write(profile, memory, gzip, level);
        return memory.ToArray();
    }

    /// <summary>Writes a profile to a file, aside and then renamed (<see cref="AtomicFile"/>). Compressed unless the name ends in <c>.pb</c>.</summary>
    public static void WriteFile(Profile profile, string path, CompressionLevel level = CompressionLevel.Fastest)
    {
        ArgumentNullException.ThrowIfNull(path);
        var gzip = !path.EndsWith(".pb", StringComparison.OrdinalIgnoreCase);
        AtomicFile.Write(path, stream => Write(profile, stream, gzip, level));
    }

    static void Encode(Profile profile, Stream destination)
    {
        using var encoder = new ProfileEncoder(profile, destination);
        encoder.Encode();
    }
}
