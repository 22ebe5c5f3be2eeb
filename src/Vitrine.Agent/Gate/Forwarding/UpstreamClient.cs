using System.Buffers;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Vitrine.Agent.CommandLine;

namespace Vitrine.Agent.Gate.Forwarding;

/// <summary>
/// Asks a service for its own pages. It is no proxy: of a caller's request nothing is passed on, no header, no path and no query, only numbers and names that the gate has parsed and writes itself.
/// So a caller cannot smuggle a second request, and a service sees none of the caller's tokens. What comes back is bounded in time and size; redirects are not followed, cookies not kept, and nothing is decompressed on the way.
/// Thread-safe.
/// </summary>
sealed class UpstreamClient : IDisposable
{
    const int RefusalBytes = 512;

    readonly UpstreamLimits _limits;
    readonly HttpClient _http;

    /// <summary>A client of one service.</summary>
    public UpstreamClient(UpstreamAddress address, UpstreamLimits? limits = null)
    {
        Address = address;
        _limits = limits ?? UpstreamLimits.Default;
        // Connections are kept: a service that sends more than it was asked for can only spoil an answer of its own.
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            AutomaticDecompression = DecompressionMethods.None,
            UseCookies = false,
            UseProxy = false,
            ActivityHeadersPropagator = null,
            ConnectTimeout = _limits.Connect,
            MaxConnectionsPerServer = _limits.MaxConnections,
            MaxResponseHeadersLength = _limits.MaxHeaderKiB,
            MaxResponseDrainSize = 0,
            PooledConnectionIdleTimeout = TimeSpan.FromSeconds(30),
            ConnectCallback = Connect,
        };
        _http = new HttpClient(handler) { BaseAddress = address.Base, Timeout = Timeout.InfiniteTimeSpan };
        _http.DefaultRequestHeaders.UserAgent.ParseAdd("vitrine-gate/" + ProductVersion.Text);
    }

    /// <summary>Where the service is.</summary>
    public UpstreamAddress Address { get; }

    /// <summary>What the service may make the gate wait for and hold.</summary>
    public UpstreamLimits Limits => _limits;

    /// <summary>Fetches a page whole.</summary>
    /// <inheritdoc cref="Fetch(string, TimeSpan, long, Stream, CancellationToken)"/>
    public byte[] Fetch(string path, TimeSpan watch, long maxBytes, CancellationToken stop)
    {
        using var whole = new MemoryStream();
        Fetch(path, watch, maxBytes, whole, stop);
        return whole.ToArray();
    }

    /// <summary>Fetches a page. Blocks for as long as it takes, which is bounded.</summary>
    /// <param name="path">Relative to the service's base address; made by the gate of parts that it has checked.</param>
    /// <param name="watch">How long the service watches before it answers.</param>
    /// <param name="maxBytes">The most bytes that the page may have.</param>
    /// <param name="output">Where the page goes. What was written before a failure is not the whole page.</param>
    /// <param name="stop">Ends the request; the service is told by the end of the connection, and Go's handlers stop watching then.</param>
    /// <exception cref="UpstreamException">There is no answer, or none that can be used.</exception>
    /// <exception cref="OperationCanceledException">By <paramref name="stop"/>.</exception>
    // The client's own synchronous calls refuse connections made by a callback that waits.
    public void Fetch(string path, TimeSpan watch, long maxBytes, Stream output, CancellationToken stop) =>
        FetchInTime(path, watch, maxBytes, output, stop).GetAwaiter().GetResult();

    async Task FetchInTime(string path, TimeSpan watch, long maxBytes, Stream output, CancellationToken stop)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(stop);
        end.CancelAfter(watch + _limits.Answer);
        try
        {
            await Fetch(path, maxBytes, output, end.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException e) when (!stop.IsCancellationRequested)
        {
            if (!end.IsCancellationRequested)
                throw new UpstreamException(UpstreamFault.Unreachable, "Nobody takes connections at the service's own address.", e);
            throw new UpstreamException(UpstreamFault.TimedOut, string.Create(CultureInfo.InvariantCulture, $"The service did not answer /{path.Split('?')[0]} within {(watch + _limits.Answer).TotalSeconds:0.#} s."));
        }
        catch (HttpRequestException e)
        {
            stop.ThrowIfCancellationRequested();
            throw Failure(path, e.HttpRequestError, e);
        }
        // The body's reader has an exception of its own, without the inheritance.
        catch (HttpIOException e)
        {
            stop.ThrowIfCancellationRequested();
            throw Failure(path, e.HttpRequestError, e);
        }
        catch (IOException e)
        {
            stop.ThrowIfCancellationRequested();
            throw Failure(path, HttpRequestError.ResponseEnded, e);
        }
    }

    async Task Fetch(string path, long maxBytes, Stream output, CancellationToken end)
    {
        // 1. Ask. Only the header lines are waited for: the body is read within its own bound.
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(Address.Base, path)) { Version = HttpVersion.Version11, VersionPolicy = HttpVersionPolicy.RequestVersionExact };
        using var answer = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, end).ConfigureAwait(false);
        using var body = await answer.Content.ReadAsStreamAsync(end).ConfigureAwait(false);

        // 2. Anything but the page is a refusal, redirects too.
        if (answer.StatusCode != HttpStatusCode.OK)
            throw Refused(path, (int)answer.StatusCode, await Begin(body, end).ConfigureAwait(false));
        if (answer.Content.Headers.ContentEncoding.Count > 0)
            throw new UpstreamException(UpstreamFault.Broken, $"The service sent /{path.Split('?')[0]} compressed, which it was not asked for.");
        if (answer.Content.Headers.ContentLength > maxBytes)
            throw TooLong(path, maxBytes);

        // 3. The page, as long as it is not longer than it may be: a length that was announced is only an announcement.
        var buffer = ArrayPool<byte>.Shared.Rent(64 << 10);
        try
        {
            long total = 0;
            for (int read; (read = await body.ReadAsync(buffer, end).ConfigureAwait(false)) > 0;)
            {
                if ((total += read) > maxBytes)
                    throw TooLong(path, maxBytes);
                await output.WriteAsync(buffer.AsMemory(0, read), end).ConfigureAwait(false);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    static async Task<byte[]> Begin(Stream body, CancellationToken end)
    {
        var begin = new byte[RefusalBytes];
        var length = await body.ReadAtLeastAsync(begin, begin.Length, throwOnEndOfStream: false, end).ConfigureAwait(false);
        return begin[..length];
    }

    static UpstreamException Refused(string path, int status, byte[] page)
    {
        var asked = path.Split('?')[0];
        var message = (status, GoRefusal.Of(page)) switch
        {
            (_, { } words) => $"The service answered: {words}.",
            (404, _) => $"The service has no /{asked}.",
            (401 or 403, _) => string.Create(CultureInfo.InvariantCulture, $"The service refuses /{asked} ({status}): it has a guard of its own, and the gate has no credentials for it."),
            ( >= 300 and < 400, _) => string.Create(CultureInfo.InvariantCulture, $"The service sends whoever asks for /{asked} elsewhere ({status}); the gate follows no redirect."),
            _ => string.Create(CultureInfo.InvariantCulture, $"The service answered /{asked} with status {status}."),
        };
        return new UpstreamException(UpstreamFault.Refused, message) { Status = status };
    }

    static UpstreamException TooLong(string path, long maxBytes) =>
        new(UpstreamFault.Broken, string.Create(CultureInfo.InvariantCulture, $"The service's /{path.Split('?')[0]} has more than {maxBytes:N0} bytes, the most that the gate takes."));

    static UpstreamException Failure(string path, HttpRequestError error, Exception cause)
    {
        var asked = path.Split('?')[0];
        return error switch
        {
            HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError => new UpstreamException(UpstreamFault.Unreachable, "Nobody listens at the service's own address.", cause),
            HttpRequestError.SecureConnectionError => new UpstreamException(UpstreamFault.Unreachable, "The service's certificate is not trusted, or it does not speak TLS.", cause),
            HttpRequestError.ResponseEnded => new UpstreamException(UpstreamFault.Broken, $"The service's answer to /{asked} ended early.", cause),
            HttpRequestError.ConfigurationLimitExceeded => new UpstreamException(UpstreamFault.Broken, $"The service's answer to /{asked} has more header lines than the gate takes.", cause),
            _ => new UpstreamException(UpstreamFault.Broken, $"The service's answer to /{asked} is not valid HTTP/1.1.", cause),
        };
    }

    async ValueTask<Stream> Connect(SocketsHttpConnectionContext context, CancellationToken end)
    {
        if (Address.SocketPath is { } path)
            return await Connect(new UnixDomainSocketEndPoint(path), end).ConfigureAwait(false);
        if (!Address.IsLocalhost)
            return await Connect(context.DnsEndPoint, end).ConfigureAwait(false);
        // Not what the name resolves to: a line in a hosts file must not lead the gate to another machine.
        try
        {
            return await Connect(new IPEndPoint(IPAddress.Loopback, context.DnsEndPoint.Port), end).ConfigureAwait(false);
        }
        catch (SocketException)
        {
            return await Connect(new IPEndPoint(IPAddress.IPv6Loopback, context.DnsEndPoint.Port), end).ConfigureAwait(false);
        }
    }

    static async ValueTask<Stream> Connect(EndPoint end, CancellationToken cancellation)
    {
        var socket = end switch
        {
            UnixDomainSocketEndPoint => new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified),
            IPEndPoint ip => new Socket(ip.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true },
            _ => new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true },
        };
        try
        {
            await socket.ConnectAsync(end, cancellation).ConfigureAwait(false);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();
}
