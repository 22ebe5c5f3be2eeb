using System.Net;
using Microsoft.AspNetCore.Connections;
using Vitrine.Guard.Identity;

namespace Vitrine.Agent.Gate.Listening;

/// <summary>Open connections by the address that they come from, over all listeners: no address has more than a share of them, so that nobody alone can take all. One more is closed before anything of it is read.</summary>
/// <param name="most">How many one address may have; one /64 of IPv6 is one address.</param>
sealed class ConnectionShares(int most)
{
    readonly Lock _lock = new();
    readonly Dictionary<NetworkAddress, int> _open = [];

    /// <summary>Passes a connection on, and counts it until it has ended.</summary>
    public async Task Serve(ConnectionContext connection, ConnectionDelegate next)
    {
        if (connection.RemoteEndPoint is not IPEndPoint end)
        {
            await next(connection).ConfigureAwait(false);
            return;
        }
        var peer = NetworkAddress.From(end.Address).Network;
        bool isIn;
        lock (_lock)
        {
            var open = _open.GetValueOrDefault(peer);
            isIn = open < most;
            if (isIn)
                _open[peer] = open + 1;
        }
        if (!isIn)
        {
            connection.Abort(new ConnectionAbortedException("Its address has as many connections as it may."));
            return;
        }
        try
        {
            await next(connection).ConfigureAwait(false);
        }
        finally
        {
            lock (_lock)
            {
                // Nobody who is gone is kept.
                if (--_open[peer] == 0)
                    _open.Remove(peer);
            }
        }
    }
}
