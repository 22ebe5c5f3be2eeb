namespace Vitrine.Pprof.Wire;

/// <summary>Reads profile.proto, gzip-compressed or plain.</summary>
public static class ProfileReader
{
    /// <summary>Reads and validates a profile from a stream, to its end. Does not dispose the stream.</summary>
    /// <exception cref="ProfileFormatException">The input is not a valid profile or exceeds a limit.</exception>
    public static Profile Read(Stream stream, ProfileLimits? limits = null) => throw new NotSupportedException();

    /// <summary>Reads and validates a profile that is in memory.</summary>
    /// <exception cref="ProfileFormatException">The input is not a valid profile or exceeds a limit.</exception>
    public static Profile Read(ReadOnlySpan<byte> bytes, ProfileLimits? limits = null) => throw new NotSupportedException();

    /// <summary>Reads and validates a profile file.</summary>
    /// <exception cref="ProfileFormatException">The file is not a valid profile or exceeds a limit; the message names the file.</exception>
    public static Profile ReadFile(string path, ProfileLimits? limits = null) => throw new NotSupportedException();
}
