using System.Buffers;
using System.Buffers.Binary;
using System.IO.Pipelines;
using Google.Protobuf;

namespace Vitrine.Grpc.Framing;

/// <summary>
/// Takes messages out of the body of a request: each is a byte (1 = compressed), its length in four bytes, big endian, and then the message. Where one begins has nothing to do with where a frame of HTTP/2 does.
/// </summary>
/// <param name="body">The body.</param>
/// <param name="encoding">The call's <c>grpc-encoding</c>; null without one.</param>
/// <param name="maximumBytes">The longest message.</param>
sealed class MessageReader(PipeReader body, string? encoding, int maximumBytes)
{
    public const int HeaderBytes = 5;

    /// <summary>The next message; default when there is none.</summary>
    /// <exception cref="GrpcException">It is broken, or too long.</exception>
    public async ValueTask<T?> Read<T>(MessageParser<T> parser, CancellationToken cancellation) where T : class, IMessage<T>
    {
        while (true)
        {
            var read = await body.ReadAsync(cancellation);
            if (read.IsCanceled) throw new OperationCanceledException(cancellation);
            if (read.IsCompleted && read.Buffer.IsEmpty) return null;
            if (TryParse(read.Buffer, parser, out var message, out var end))
            {
                body.AdvanceTo(end);
                return message;
            }
            if (read.IsCompleted) throw new GrpcException(GrpcStatusCode.Internal, "The request ends in the middle of a message.");
            body.AdvanceTo(read.Buffer.Start, read.Buffer.End);
        }
    }

    // The length is believed only after it was compared with the limit: until then nothing waits for that many bytes, and nothing is set aside for them.
    bool TryParse<T>(in ReadOnlySequence<byte> buffer, MessageParser<T> parser, out T? message, out SequencePosition end) where T : class, IMessage<T>
    {
        (message, end) = (null, default);
        if (buffer.Length < HeaderBytes) return false;
        Span<byte> header = stackalloc byte[HeaderBytes];
        buffer.Slice(0, HeaderBytes).CopyTo(header);
        if (header[0] > 1) throw new GrpcException(GrpcStatusCode.Internal, "A message begins with a byte that is neither 0 nor 1: this is not gRPC's framing.");
        var length = BinaryPrimitives.ReadUInt32BigEndian(header[1..]);
        if (length > (uint)maximumBytes) throw new GrpcException(GrpcStatusCode.ResourceExhausted, $"A message of {length} bytes is longer than {maximumBytes}, which is the limit here.");
        if (buffer.Length - HeaderBytes < length) return false;
        var bytes = buffer.Slice(HeaderBytes, length);
        end = bytes.End;
        try
        {
            message = parser.ParseFrom(header[0] == 1 ? MessageEncoding.Inflate(encoding, bytes, maximumBytes) : bytes);
        }
        catch (InvalidProtocolBufferException)
        {
            throw new GrpcException(GrpcStatusCode.Internal, "A message of the request is not what its method takes.");
        }
        return true;
    }
}
