package com.aethel.runtime;

import android.app.Activity;
import android.net.Uri;
import android.webkit.PermissionRequest;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/**
 * Asks for what a page may use, one line a step: {@code want NUMBER ORIGIN RESOURCE…}, {@code place NUMBER ORIGIN},
 * {@code cancel NUMBER}, {@code yes PERMISSION…}, {@code no}. Arguments: the permissions of the manifest.
 */
final class Questions {
    private Questions() {
    }

    public static void main(String[] arguments) throws IOException {
        Activity activity = new Activity();
        activity.declared.addAll(Arrays.asList(arguments));
        PagePermissions permissions = new PagePermissions(activity);
        activity.result = permissions::finish;
        Map<String, PermissionRequest> requests = new HashMap<>();
        BufferedReader lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII));
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            String[] words = line.split(" ");
            String[] rest = Arrays.copyOfRange(words, Math.min(3, words.length), words.length);
            switch (words[0]) {
                case "want":
                    requests.put(words[1], request(words[1], words[2], rest));
                    permissions.decide(requests.get(words[1]));
                    break;
                case "place":
                    permissions.decidePosition(words[2], (origin, isAllowed, isKept) ->
                        System.out.println((isAllowed ? "granted " : "denied ") + words[1]));
                    break;
                case "cancel":
                    permissions.cancel(requests.get(words[1]));
                    break;
                default:
                    activity.answer(Arrays.copyOfRange(words, 1, words.length));
            }
            System.out.println("done");
        }
    }

    private static PermissionRequest request(String number, String origin, String[] resources) {
        return new PermissionRequest() {
            @Override
            public Uri getOrigin() {
                return new Uri() {
                    @Override
                    public String toString() {
                        return origin;
                    }
                };
            }

            @Override
            public String[] getResources() {
                return resources;
            }

            @Override
            public void grant(String[] granted) {
                System.out.println("granted " + number);
            }

            @Override
            public void deny() {
                System.out.println("denied " + number);
            }
        };
    }
}
