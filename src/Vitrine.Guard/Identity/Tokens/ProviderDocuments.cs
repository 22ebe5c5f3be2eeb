using System.Text;
using Microsoft.IdentityModel.Protocols;

namespace Vitrine.Guard.Identity.Tokens;

/// <summary>Fetches a provider's documents: bounded in bytes and time, without redirections, cookies and compression, each of which could lead somewhere or grow.</summary>
sealed class ProviderDocuments : IDocumentRetriever, IDisposable
{
    const int MaximumBytes = 512 << 10;

    readonly HttpClient _http;
    readonly bool _allowHttp;

    public ProviderDocuments(bool allowHttp, TimeSpan timeout)
    {
        _allowHttp = allowHttp;
        _http = new HttpClient(new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            ConnectTimeout = timeout,
            MaxResponseHeadersLength = 16,
            MaxConnectionsPerServer = 2,
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
        })
        { Timeout = Timeout.InfiniteTimeSpan };   // the whole fetch has one, of both documents
    }

    /// <inheritdoc/>
    /// <remarks>The second document's address comes out of the first: it must meet the same rule.</remarks>
    public async Task<string> GetDocumentAsync(string address, CancellationToken cancel)
    {
        if (!ProviderAddress.IsAllowed(address, _allowHttp)) throw new InvalidDataException("the provider names an address that may not be asked");
        using var request = new HttpRequestMessage(HttpMethod.Get, address);
        request.Headers.Accept.ParseAdd("application/json");
        using var response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancel).ConfigureAwait(false);
        if (response.StatusCode != System.Net.HttpStatusCode.OK) throw new InvalidDataException($"the provider answers {(int)response.StatusCode}");
        using var body = await response.Content.ReadAsStreamAsync(cancel).ConfigureAwait(false);
        var bytes = new byte[MaximumBytes + 1];
        var length = await body.ReadAtLeastAsync(bytes, bytes.Length, throwOnEndOfStream: false, cancel).ConfigureAwait(false);
        return length <= MaximumBytes ? Encoding.UTF8.GetString(bytes, 0, length) : throw new InvalidDataException($"a document of the provider is longer than {MaximumBytes} bytes");
    }

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();
}
