package com.aethel.runtime;

import android.webkit.ServiceWorkerClient;
import android.webkit.ServiceWorkerController;
import android.webkit.ServiceWorkerWebSettings;
import android.webkit.WebResourceRequest;
import android.webkit.WebResourceResponse;

/** The requests of service workers, which belong to no view. */
final class WorkerRequests extends ServiceWorkerClient {
    private final Requests requests;

    private WorkerRequests(Requests requests) {
        this.requests = requests;
    }

    static void answerWith(Requests requests) {
        ServiceWorkerController controller = ServiceWorkerController.getInstance();
        ServiceWorkerWebSettings settings = controller.getServiceWorkerWebSettings();
        settings.setAllowFileAccess(false);
        settings.setAllowContentAccess(false);
        controller.setServiceWorkerClient(new WorkerRequests(requests));
    }

    @Override
    public WebResourceResponse shouldInterceptRequest(WebResourceRequest request) {
        return requests.answer(request);
    }
}
