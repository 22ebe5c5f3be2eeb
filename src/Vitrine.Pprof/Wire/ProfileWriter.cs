using System.IO.Compression;

namespace Vitrine.Pprof.Wire;

/// <summary>Writes profile.proto.</summary>
public static class ProfileWriter
{
    /// <summary>Writes a profile. The same profile gives the same bytes. Does not dispose the stream.</summary>
    /// <param name="profile">The profile.</param>
    /// <param name="destination">Where to.</param>
    /// <param name="gzip">True for the usual gzip-compressed form (<c>.pb.gz</c>).</param>
    /// <param name="level">How hard to compress. The default is the fast one, which Go's runtime uses too.</param>
    public static void Write(Profile profile, Stream destination, bool gzip = true, CompressionLevel level = CompressionLevel.Fastest) => throw new NotSupportedException();

    /// <summary>Writes a profile to a file, aside and then renamed, so that nobody ever sees half of it. Compressed unless the name ends in <c>.pb</c>.</summary>
    public static void WriteFile(Profile profile, string path, CompressionLevel level = CompressionLevel.Fastest) => throw new NotSupportedException();
}
