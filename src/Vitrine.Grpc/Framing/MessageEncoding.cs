using System.Buffers;
using System.Buffers.Binary;
using System.IO.Compression;

namespace Vitrine.Grpc.Framing;

/// <summary>How a caller's messages may be compressed: not at all, or with gzip (doc/compression.md of the gRPC project). Answers are never compressed: profiles are already.</summary>
static class MessageEncoding
{
    public const string Identity = "identity";
    const string Gzip = "gzip";

    /// <summary>What <c>grpc-accept-encoding</c> says.</summary>
    public const string Accepted = Identity + "," + Gzip;

    /// <summary>Inflates a message that says that it is compressed.</summary>
    /// <param name="encoding">The call's <c>grpc-encoding</c>; null without one.</param>
    /// <param name="compressed">The message as it came.</param>
    /// <param name="maximumBytes">How long it may be inflated: a kilobyte of gzip can be a megabyte of zeros.</param>
    /// <exception cref="GrpcException">It cannot be inflated, or is too long.</exception>
    public static ReadOnlySequence<byte> Inflate(string? encoding, in ReadOnlySequence<byte> compressed, int maximumBytes)
    {
        if (encoding is null or Identity)
            throw new GrpcException(GrpcStatusCode.Internal, "A message has the flag of compressed messages, but the call names no grpc-encoding that compresses.");
        if (encoding != Gzip)
            throw new GrpcException(GrpcStatusCode.Unimplemented, $"Messages compressed in this way are not understood here: use one of {Accepted}.");
        var bytes = compressed.ToArray();
        var inflated = new ArrayBufferWriter<byte>();
        try
        {
            using var gzip = new GZipStream(new MemoryStream(bytes, writable: false), CompressionMode.Decompress);
            while (gzip.Read(inflated.GetSpan(4096)) is var read and > 0)
            {
                inflated.Advance(read);
                if (inflated.WrittenCount > maximumBytes) throw new GrpcException(GrpcStatusCode.ResourceExhausted, $"A message is longer than {maximumBytes} bytes when it is inflated, which is the limit here.");
            }
        }
        catch (InvalidDataException)
        {
            throw NotGzip();
        }
        return IsWhole(bytes, inflated.WrittenCount) ? new(inflated.WrittenMemory) : throw NotGzip();
    }

    // The stream takes an end that comes too early for the end. At its own end gzip says how many bytes went in (RFC 1952, ISIZE).
    static bool IsWhole(ReadOnlySpan<byte> gzip, int inflated) => gzip.Length >= 18 && BinaryPrimitives.ReadUInt32LittleEndian(gzip[^4..]) == (uint)inflated;

    static GrpcException NotGzip() => new(GrpcStatusCode.Internal, "A message says that it is compressed with gzip, and is not, or is cut off.");
}
