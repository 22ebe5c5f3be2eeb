using Microsoft.AspNetCore.Http;
using Vitrine.Grpc.Protocol;

namespace Vitrine.Grpc;

/// <summary>What a caller sent with the call beside its messages. All of it is untrusted.</summary>
public sealed class GrpcMetadata
{
    readonly IHeaderDictionary _headers;

    internal GrpcMetadata(IHeaderDictionary headers) => _headers = headers;

    /// <summary>Every value of a name, in the order in which they came; upper and lower case are the same.</summary>
    public IReadOnlyList<string> Text(string name) => [.. _headers[name].OfType<string>()];

    /// <summary>Every value of a name that ends with <c>-bin</c>.</summary>
    /// <exception cref="ArgumentException">The name does not end so.</exception>
    /// <exception cref="GrpcException">INTERNAL: a value is not base64.</exception>
    public IReadOnlyList<ReadOnlyMemory<byte>> Binary(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (!name.EndsWith(GrpcHeaders.BinarySuffix, StringComparison.OrdinalIgnoreCase)) throw new ArgumentException("The name of binary metadata ends with -bin.", nameof(name));
        var values = new List<ReadOnlyMemory<byte>>();
        foreach (var line in Text(name))
        {
            if (!BinaryMetadata.TryDecode(line, values)) throw new GrpcException(GrpcStatusCode.Internal, $"The metadata {name} is not base64.");
        }
        return values;
    }
}
