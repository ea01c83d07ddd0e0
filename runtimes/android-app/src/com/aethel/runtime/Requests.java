package com.aethel.runtime;

import android.webkit.WebResourceRequest;
import android.webkit.WebResourceResponse;

import com.aethel.runtime.assets.AssetResponse;
import com.aethel.runtime.assets.AssetServer;
import com.aethel.runtime.assets.Origin;

/** Answers the web view's requests to the game's own origin; all others go their way, but take no game's place. */
final class Requests {
    private final AssetServer server;

    Requests(AssetServer server) {
        this.server = server;
    }

    /** The answer, or null for a request to another origin. The web view calls this on threads of its own. */
    WebResourceResponse answer(WebResourceRequest request) {
        String target = Origin.targetOf(request.getUrl().toString());
        if (target != null) {
            return answer(request, server.respond(request.getMethod(), target, request.getRequestHeaders()));
        }
        // A form that is sent by POST goes to a foreign page without a question to shouldOverrideUrlLoading.
        return request.isForMainFrame() ? answer(request, AssetResponse.staying()) : null;
    }

    private static WebResourceResponse answer(WebResourceRequest request, AssetResponse response) {
        if (response.status >= 400) {
            GameLog.info(request.getMethod() + " " + request.getUrl() + ": " + response.status);
        }
        // The web view makes Content-Type and Content-Length itself, of the type and of the stream: a second one of
        // either would reach the page as "5, 5".
        return new WebResourceResponse(
            response.type, response.charset, response.status, response.reason(), response.headers, response.body);
    }
}
